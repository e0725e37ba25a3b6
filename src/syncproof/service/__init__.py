"""The verbs: what can be asked of jobs and comparisons, whichever door the asker came through."""
