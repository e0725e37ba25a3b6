"""Database servers: one folder a family, all furnished alike."""
