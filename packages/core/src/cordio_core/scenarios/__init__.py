"""How an application goes about things: five scenarios that can be replaced, and presets of all five."""

from cordio_core.scenarios._defaults import DevelopmentDefaults, TestDefaults
from cordio_core.scenarios._named import preset, scenario
from cordio_core.scenarios._preset import DEVELOPMENT, PRODUCTION, TEST, Preset
from cordio_core.scenarios._repeating import Repeating

__all__ = [
    "DEVELOPMENT",
    "PRODUCTION",
    "TEST",
    "DevelopmentDefaults",
    "Preset",
    "Repeating",
    "TestDefaults",
    "preset",
    "scenario",
]
