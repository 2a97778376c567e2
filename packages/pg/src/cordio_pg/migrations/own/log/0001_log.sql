create table if not exists {table} (
    time timestamptz, level text, kind text, service text, event text, message text, fields jsonb,
    trace_id text, span_id text, parent_id text, error text, traceback text
);
