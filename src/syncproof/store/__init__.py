"""What syncproof remembers: jobs, comparisons, their chunks, verdicts and differences."""
