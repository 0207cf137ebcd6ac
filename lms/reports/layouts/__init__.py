"""A province's own workbook as the layout of its figures: uploaded with placeholders, checked, filled, everything else kept."""
