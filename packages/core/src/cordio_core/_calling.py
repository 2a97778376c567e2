"""The application as an ordinary program: one handler, called by its name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from cordio_core._endings import CallError
from cordio_core._exceptions import CoreError, DataError, PartError
from cordio_core._exits import Exit
from cordio_core._handed import refuse_type
from cordio_core._starting import Starting

if TYPE_CHECKING:
    from cordio_core._response import Response
    from cordio_core.protocols import Configuration

__all__ = ["Calling", "told"]


class Calling(Starting):
    """The room of an application where a handler is called from outside of any event."""

    async def call(
        self, name: str, data: object = None, /, configuration: Configuration | None = None
    ) -> Response:
        """Start the services that a handler needs, call it, and stop them again; no source is started.

        Parameters
        ----------
        name : str
            The name of the handler's function, with its module where that alone says too little, or of its
            event: ``GET /orders/{order_id}``.
        data : object
            Plain data for its parameters.
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.

        Returns
        -------
        Response
            What it answers.

        Raises
        ------
        CallError
            If no handler has that name, or several have.
        CoreError
            If the application runs already, or the name is no text.
        DataError
            If the data do not fit.

        Examples
        --------
        >>> import asyncio
        >>> from cordio_core import App, emitted
        >>> app = App("orders")
        >>> @app.on(emitted("order.placed"))
        ... async def greet(sku: str) -> str:
        ...     return f"thanks for {sku}"
        >>> asyncio.run(app.call("greet", {"sku": "A-1"})).value
        'thanks for A-1'
        """
        from cordio_core import _once
        from cordio_core.data import Payload, converters

        refuse_type("name", name, str, "write the name of the handler's function", is_needed=True)
        assembly, values = self._assembled(), self._values(configuration)
        plan = _once.named(assembly.plans, name)
        arguments = Payload(plan.place, plan.data, converters(self._converters)).read(data)
        running = self._made(_once.narrowed(assembly, plan), values)
        grace = float(values.slice("app", assembly.settings).grace)
        return await _once.finished(running, plan, arguments, grace)

    def once(self, name: str, data: str = "", configuration: Configuration | None = None) -> int:
        """Call a handler as a program does: data come as JSON, the answer goes to standard output.

        Parameters
        ----------
        name : str
            The name of the handler, as `call` takes it.
        data : str
            Its data in JSON (RFC 8259); empty for none.
        configuration : Configuration or None
            The values in force; composed by the application's scenario unless given.

        Returns
        -------
        int
            The exit code: 0 if all went well, 64 if no handler has that name or the data are no JSON, 65 if
            they do not fit or the handler refuses them, 70 if it fails, 78 for wrong configuration.

        Raises
        ------
        CoreError
            If an event loop runs already, or an argument is no text.

        Examples
        --------
        >>> from cordio_core import App, emitted
        >>> app = App("orders")
        >>> @app.on(emitted("order.placed"))
        ... async def greet(sku: str) -> str:
        ...     return f"thanks for {sku}"
        >>> app.once("greet", '{"sku": "A-1"}')
        "thanks for A-1"
        0
        """
        self._refuse_loop("await app.call(...) in place of app.once(...)")
        refuse_type("name", name, str, "write the name of the handler's function", is_needed=True)
        refuse_type("data", data, str, """write JSON: '{"name": "value"}'""", is_needed=True)
        return told(lambda: self._printed(name, data, configuration))

    def _printed(self, name: str, data: str, configuration: Configuration | None) -> int:
        from cordio_core import _once
        from cordio_core._loop import run

        try:
            given = _parsed(name, data)
            response = run(lambda: self.call(name, given, configuration))
        except DataError as error:
            print(error, file=sys.stderr)
            return Exit.DATA
        code, text = _once.code(response), _written(name, response)
        if text:
            print(text, file=sys.stderr if code else sys.stdout)
        return code

    def _refuse_loop(self, cure: str) -> None:
        from asyncio import get_running_loop

        try:
            get_running_loop()
        except RuntimeError:
            return
        raise CoreError(f"an event loop runs already: {cure}")


def _parsed(name: str, data: str) -> object:
    import json

    try:
        return json.loads(data) if data else None
    except (ValueError, RecursionError) as error:
        told = (
            f"at character {error.pos + 1}: {error.msg}" if isinstance(error, json.JSONDecodeError) else error
        )
        raise CallError(name, f"got data that are no JSON, {told}", """write '{"name": "value"}'""") from error


def _written(name: str, response: Response) -> str:
    from cordio_core import _once

    try:
        return _once.written(response)
    except (ValueError, TypeError, RecursionError) as error:
        what = f"answers with what cannot be written as JSON: {type(response.value).__name__}: {error}"
        raise PartError(repr(name), what, "return plain data, or Response(body=...)") from error


def told(program: Callable[[], int]) -> int:
    """Run a program to its end; say on standard error what failed, and return the exit code.

    Parameters
    ----------
    program : callable
        The program; it returns its exit code.

    Returns
    -------
    int
        The exit code.
    """
    from asyncio import CancelledError

    from cordio_core._failure import Failure

    try:
        return int(program())
    except KeyboardInterrupt:  # it came before the signals were ours, so that nothing had started
        return 0
    except (Exception, CancelledError) as error:
        failure = Failure(error)
        print(failure.text, file=sys.stderr)
        return failure.code
