# What the rules of this domain object to.
problem-already-converted = This lead has been converted already.
problem-convert-instead = Use “Convert” to convert this lead.
