"""The month's report on paper: A4, in Chinese, from what was signed."""
