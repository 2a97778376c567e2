"""What a test calls a handler with, as a request and its arguments."""

from __future__ import annotations

import inspect
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import cast

from cordio_core._exceptions import DataError
from cordio_core._plan import Plan
from cordio_core._request import Request
from cordio_core.data import Payload
from cordio_core.data._payload import is_structured
from cordio_core.protocols import Converter
from cordio_core.state import plain

__all__ = ["Given"]

_Values = dict[str, object]


class Given:
    """The data of one call.

    Parameters
    ----------
    plan : Plan
        The way of the handler.
    data : object
        What comes as one piece: a body, a message, what was emitted.
    values : mapping of str to object
        What comes by name: values of the path, parameters, or fields of the piece.
    converters : sequence of Converter
        Who makes values of plain data.
    """

    def __init__(
        self, plan: Plan, data: object, values: Mapping[str, object], converters: Sequence[Converter]
    ) -> None:
        self._plan, self._converters = plan, converters
        names = {parameter.name for parameter in plan.data}
        self._named = {name: value for name, value in values.items() if name in names}
        self._rest = [parameter for parameter in plan.data if parameter.name not in self._named]
        loose = {name: value for name, value in values.items() if name not in names}
        self._refuse_unknown(data, loose)
        self.payload = {**cast("Mapping[str, object]", data or {}), **loose} if loose else data
        self._failure: DataError | None = None

    def request(self, headers: Mapping[str, str] | None, caller: object, deadline: float | None) -> Request:
        """Return the request, as an entrypoint makes it.

        Parameters
        ----------
        headers : mapping of str to str or None
            Its headers.
        caller : object
            Who asks.
        deadline : float or None
            When the answer is of no use any more, by the event loop's clock, in seconds.

        Returns
        -------
        Request
            The request.
        """
        event = self._plan.event
        path = {name: str(self._named[name]) for name in event.names if name in self._named}
        beside = {name: value for name, value in self._named.items() if name not in path}
        query = {name: str(value) for name, value in beside.items() if isinstance(value, str | int | float)}
        return Request(
            event,
            path=path,
            query=query if event.kind == "http" else {},
            headers={name.lower(): value for name, value in (headers or {}).items()},
            body=_body(self.payload if self.payload is not None else beside or None),
            caller=caller,
            deadline=deadline,
        )

    def read(self) -> _Values:
        """Return the arguments of the handler.

        Returns
        -------
        dict of str to object
            Its values by name.

        Raises
        ------
        DataError
            If they do not fit.
        """
        wanted = {parameter.name: parameter for parameter in self._plan.data}
        found = {name: self._value(wanted[name], value) for name, value in self._named.items()}
        payload = {} if self.payload is None and self._rest else self.payload
        return {**Payload(self._plan.place, self._rest, self._converters).read(payload), **found}

    def reader(self) -> Callable[[], Awaitable[_Values]]:
        """Return what reads the arguments later, when handlers before have had their turn.

        Returns
        -------
        callable
            An async function as `Plan.run` takes it.
        """

        async def read() -> _Values:
            try:
                return self.read()
            except DataError as error:
                self._failure = error
                raise

        return read

    def settle(self) -> None:
        """Raise what was wrong with the data, in place of the answer that a rule made of it."""
        if self._failure is not None:
            raise self._failure

    def _value(self, parameter: inspect.Parameter, value: object) -> object:
        read = Payload(self._plan.place, [parameter], self._converters).read(value)
        return read.get(parameter.name, value)

    def _refuse_unknown(self, data: object, loose: Mapping[str, object]) -> None:
        """Refuse names that nobody takes: in a test they are slips of the pen."""
        only = self._rest[0] if len(self._rest) == 1 else None
        takes_fields = only is not None and is_structured(only.annotation)
        if loose and (not takes_fields or not isinstance(data, Mapping | None)):
            known = ", ".join(repr(parameter.name) for parameter in self._plan.data) or "nothing"
            raise DataError(self._plan.place, ", ".join(loose), f"no such parameter: it takes {known}")


def _body(value: object) -> bytes:
    if value is None or isinstance(value, bytes):
        return value or b""
    return json.dumps(value, default=_written).encode()


def _written(value: object) -> object:
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return dump(mode="json")
    return plain(value) if hasattr(value, "__dataclass_fields__") else str(value)
