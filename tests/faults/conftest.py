"""What tests of faults share."""

from tests.serving import running_service

__all__ = ["running_service"]
