package wire

import "time"

// How people enter the admin service. Programs bring the API key instead.
var (
	// Login opens a session for whoever has the API key.
	Login = route(Admin, post, "/auth/login")

	// SetAuthCookie is the Login of existing clients.
	SetAuthCookie = route(Admin, post, "/auth/set-auth-cookie")

	// CurrentSession says until when the session holds.
	CurrentSession = route(Admin, get, "/auth/session")

	// Logout ends the session in this browser.
	Logout = route(Admin, post, "/auth/logout")
)

// LoginRequest carries the API key.
type LoginRequest struct {
	APIKey string `json:"api_key"`
}

// SessionReply is a session: the reply to Login and CurrentSession.
type SessionReply struct {
	ExpiresAt time.Time `json:"expires_at"`
}

// SetAuthCookieRequest carries the API key as existing clients send it.
type SetAuthCookieRequest struct {
	CookieValue string `json:"cookie_value"`
}

// SetAuthCookieReply is a session as existing clients read it.
type SetAuthCookieReply struct {
	Message    string `json:"message"`
	CookieName string `json:"cookie_name"`
}
