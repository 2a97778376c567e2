"""What cordio-errors promises of its speed."""
