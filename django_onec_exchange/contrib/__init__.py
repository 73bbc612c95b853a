"""What joins the exchange to other libraries.  Each module needs an extra, and nothing else imports it."""
