"""`syncproof demo`: replicating servers, rows tampered with, found through the API."""

from syncproof.cli.demo.command import demo

__all__ = ["demo"]
