"""What syncproof asks of the world: protocols whose docstrings are contracts."""
