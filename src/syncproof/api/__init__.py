"""The HTTP door: it translates between the API's words and the service's, and decides nothing."""
