// Command send-user is the user service: on Lambda it answers Function URL
// events, anywhere else it listens on SEND__USER_ADDR.
package main

import (
	"sgraph.ai/send/services/user/program"
	"sgraph.ai/send/shared/host/process"
)

func main() { process.Main("send-user", program.Run) }
