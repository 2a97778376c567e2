"""An application whose clock is moved."""

from cordio_core import Running, Schedule, ScheduleState

FOREVER = "1d"


def state(run: Running) -> ScheduleState:
    (schedule,) = [source for source in run._assembly.entrypoints if isinstance(source, Schedule)]
    (found,) = schedule.states
    return found
