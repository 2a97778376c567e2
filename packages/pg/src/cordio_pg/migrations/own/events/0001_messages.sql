create table cordio_outbox (
    id bigint generated always as identity primary key,
    message_id text not null unique,
    exchange text not null,
    name text not null,
    key text,
    body bytea not null,
    made_at timestamptz not null default clock_timestamp(),
    due_at timestamptz not null default clock_timestamp(),
    sent_at timestamptz,
    attempts integer not null default 0,
    error text
);
create index cordio_outbox_waiting on cordio_outbox (id) where sent_at is null;
create index cordio_outbox_keys on cordio_outbox (key, id) where sent_at is null;
create index cordio_outbox_sent on cordio_outbox (sent_at) where sent_at is not null;
create table cordio_inbox (
    handler text not null,
    message_id text not null,
    at timestamptz not null default clock_timestamp(),
    primary key (handler, message_id)
);
create index cordio_inbox_at on cordio_inbox (at);
