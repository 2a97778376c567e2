"""What cordio-di promises of its speed."""
