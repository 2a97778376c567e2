alter table cordio_outbox add column trace jsonb;
