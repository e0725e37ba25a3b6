"""What needs no server: mirrors src."""
