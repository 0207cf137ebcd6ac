"""The monthly report by e-mail: who asked for it gets last month's figures and a link to the printed report."""
