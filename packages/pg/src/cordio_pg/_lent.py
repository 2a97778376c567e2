"""An asyncpg connection that notes what the statements run on it may leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asyncpg import Connection

from cordio_pg._statement import CUT, SESSION, WRITES, traits

if TYPE_CHECKING:
    from cordio_pg._raw import Row

    Base = Connection[Row]
else:
    Base = Connection

__all__ = ["Lent"]

# What asyncpg's own reset leaves: roles, temporary tables, values of sequences, statements prepared by name.
_MORE = """
set session authorization default;
reset role;
discard temp;
discard sequences;
do $$ declare name text; begin
for name in select p.name from pg_catalog.pg_prepared_statements p where p.from_sql loop
execute format('deallocate %I', name); end loop; end $$;
"""


class Lent(Base):
    """A connection of the pool; whoever runs statements on it, `traits` tells what they may have done.

    Attributes
    ----------
    traits : int
        The sum of what the statements since it was lent may do, as `cordio_pg._statement` names it.
    statements : int
        How many statements were begun since it was lent.
    generation : int
        The pool's generation at the time it was made.
    expires : float
        When it has its age, by the clock of the event loop.
    since : float
        When it came back last.
    """

    __slots__ = ("expires", "generation", "since", "statements", "traits")

    def __init__(self, *parts: Any) -> None:  # noqa: DOC101, DOC103  # as asyncpg makes it
        super().__init__(*parts)
        self.traits = self.statements = 0
        self.generation = 0
        self.expires = self.since = 0.0

    def _note(self, found: int, steps: int = 1) -> None:
        self.traits |= found
        self.statements += steps

    def get_reset_query(self) -> str:
        """Return what brings a session back to where it began."""
        own: str = super().get_reset_query()
        return own + _MORE

    def fetch(self, query: str, *args: object, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(query))
        return super().fetch(query, *args, **named)

    def fetchrow(self, query: str, *args: object, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(query))
        return super().fetchrow(query, *args, **named)

    def fetchval(self, query: str, *args: object, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(query))
        return super().fetchval(query, *args, **named)

    def fetchmany(self, query: str, args: Any, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(query))
        return super().fetchmany(query, args, **named)

    def execute(self, query: str, *args: object, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(query))
        return super().execute(query, *args, **named)

    def executemany(self, command: str, args: Any, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(command))
        return super().executemany(command, args, **named)

    def cursor(self, query: str, *args: object, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(query))
        return super().cursor(query, *args, **named)

    def prepare(self, query: str, **named: Any) -> Any:
        """Note the statement, which may be run whenever its object is used."""
        self._note(traits(query) | WRITES, 2)
        return super().prepare(query, **named)

    def copy_from_query(self, query: str, *args: object, **named: Any) -> Any:
        """Note the statement."""
        self._note(traits(query) | WRITES, 2)
        return super().copy_from_query(query, *args, **named)

    def copy_to_table(self, table_name: str, **named: Any) -> Any:
        """Note that data may change."""
        self._note(WRITES, 2)
        return super().copy_to_table(table_name, **named)

    def copy_records_to_table(self, table_name: str, **named: Any) -> Any:
        """Note that data may change."""
        self._note(WRITES, 2)
        return super().copy_records_to_table(table_name, **named)

    def add_log_listener(self, callback: Any) -> None:
        """Note that the session has something to forget."""
        self.traits |= SESSION
        super().add_log_listener(callback)

    def add_query_logger(self, callback: Any) -> None:
        """Note that there is something that no reset takes away."""
        self.traits |= CUT
        super().add_query_logger(callback)

    def set_type_codec(self, typename: str, **named: Any) -> Any:
        """Note that there is something that no reset takes away."""
        self.traits |= CUT
        return super().set_type_codec(typename, **named)

    def set_builtin_type_codec(self, typename: str, **named: Any) -> Any:
        """Note that there is something that no reset takes away."""
        self.traits |= CUT
        return super().set_builtin_type_codec(typename, **named)

    def reset_type_codec(self, typename: str, **named: Any) -> Any:
        """Note that there is something that no reset takes away."""
        self.traits |= CUT
        return super().reset_type_codec(typename, **named)
