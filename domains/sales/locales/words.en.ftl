# The name of the group, and what its rules object to.
group-sales = Sales
problem-already-converted = This lead has been converted already.
problem-convert-instead = Use “Convert” to convert this lead.
