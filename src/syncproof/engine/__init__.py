"""How rows are compared: from two tables to a verdict, knowing no driver, no SQL and no store."""
