"""The identity calls, in the shapes of Keystone's v3 API."""
