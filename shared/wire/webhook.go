package wire

// Who is told of events by webhooks, at the admin service.
var (
	// ShowWebhook answers who is told of what, and the secret by which they know that
	// it comes from here. Conflict where nobody is.
	ShowWebhook = route(Admin, get, "/webhook")

	// TestWebhook sends a message at once, and answers what came of it.
	TestWebhook = route(Admin, post, "/webhook/test")
)

// WebhookReply is who is told of what.
type WebhookReply struct {
	URL    string   `json:"url"`
	Events []string `json:"events"`
	Secret string   `json:"secret"` // as Standard Webhooks writes it
}

// TestWebhookReply is what came of a message.
type TestWebhookReply struct {
	Status string `json:"status"` // OK, or Unavailable
	Detail string `json:"detail,omitempty"`
}
