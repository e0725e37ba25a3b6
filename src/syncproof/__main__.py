"""Lets `python -m syncproof` do what the `syncproof` command does."""

from syncproof.cli import main

if __name__ == "__main__":
    main()
