"""Small functions that every service needs sooner or later."""

from cordio_core._duration import Duration
from cordio_core._names import snake_case
from cordio_core._size import Size
from cordio_core.functions._gather import gather
from cordio_core.functions._once import Once, once
from cordio_core.functions._retry_after import retry_after
from cordio_core.functions._single_flight import SingleFlight

__all__ = ["Duration", "Once", "SingleFlight", "Size", "gather", "once", "retry_after", "snake_case"]
