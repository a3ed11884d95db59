// Command send-admin is the admin service: on Lambda it answers Function URL
// events, anywhere else it listens on SEND__ADMIN_ADDR.
package main

import (
	"sgraph.ai/send/services/admin/program"
	"sgraph.ai/send/shared/host/process"
)

func main() { process.Main("send-admin", program.Run) }
