"""What the house demands of every file, so that no reviewer has to."""
