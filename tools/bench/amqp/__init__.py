"""What cordio-amqp promises of its speed."""
