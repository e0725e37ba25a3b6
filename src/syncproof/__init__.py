"""syncproof proves that two databases hold the same data, and shows the rows where they do not."""

__version__ = "0.1.0"
