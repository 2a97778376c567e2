"""What cordio-monitor promises of its speed."""
