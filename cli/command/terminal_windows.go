package command

// terminal is the one of this process, whatever its standard input is.
const terminal = "CONIN$"
