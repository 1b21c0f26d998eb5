"""What our tests and `make airflow` share, and what a plug-in can test itself with."""
