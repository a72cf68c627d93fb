"""What every test stands on, in whatever room and order it runs."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# No timing decides a test: a busy machine makes examples slow, not wrong.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
