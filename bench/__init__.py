"""The same work done by syncproof, by a peer and by the bare server, in one run."""
