"""The model: residents, employers and money, month by month; it opens no file and prints nothing."""
