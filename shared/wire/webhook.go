package wire

// Who is told of events by webhooks, at the admin service.
var (
	// ShowWebhook answers who is told of what.
	ShowWebhook = route(Admin, get, "/webhook")

	// RevealWebhook answers the whole of their address, which may be a secret, and the
	// secret by which they know that it comes from here: no GET, so that who may only look
	// is not told. Conflict where nobody is told of events.
	RevealWebhook = route(Admin, post, "/webhook/reveal")

	// TestWebhook sends a message at once, and answers what came of it. Conflict as above.
	TestWebhook = route(Admin, post, "/webhook/test")
)

// WebhookReply is who is told of what.
type WebhookReply struct {
	Status string   `json:"status"`         // OK, or NotConfigured where nobody is
	Host   string   `json:"host,omitempty"` // of their address, with its port where it has one
	Events []string `json:"events"`
}

// RevealWebhookReply is what only operators may know of it.
type RevealWebhookReply struct {
	URL    string `json:"url"`
	Secret string `json:"secret"` // as Standard Webhooks writes it
}

// TestWebhookReply is what came of a message.
type TestWebhookReply struct {
	Status string `json:"status"` // OK, or Unavailable
	Detail string `json:"detail,omitempty"`
}
