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

	// ListSessions tells which sessions there are.
	ListSessions = route(Admin, get, "/auth/sessions")

	// EndSession ends one of them.
	EndSession = route(Admin, remove, "/auth/sessions/{session_id}")

	// EndOtherSessions ends all but the one that asks.
	EndOtherSessions = route(Admin, remove, "/auth/sessions")

	// ShowSignOn says by which provider people can sign in.
	ShowSignOn = route(Admin, get, "/auth/sso")

	// BeginSignOn says where at the provider they do, and begins it in this browser.
	BeginSignOn = route(Admin, post, "/auth/sso")

	// FinishSignOn is where the provider sends them back to. It opens a session, and leads
	// to the console in any case.
	FinishSignOn = route(Admin, get, "/auth/sso/callback")
)

// Role is what a session allows.
type Role string

// The roles.
const (
	Operator Role = "operator" // everything
	Viewer   Role = "viewer"   // to see what is no secret
)

// SignOnCode is what a provider gives for who signed in.
var SignOnCode = parameter(Parameter{Name: "code", In: InQuery, Secret: true})

// SignOnState is what a browser was sent to the provider with.
var SignOnState = parameter(Parameter{Name: "state", In: InQuery, Secret: true})

// SignOnError is why a provider does not say who it is.
var SignOnError = parameter(Parameter{Name: "error", In: InQuery})

// SignOnIssuer is which provider it is, where that says so.
var SignOnIssuer = parameter(Parameter{Name: "iss", In: InQuery})

// ShowSignOnReply is the provider.
type ShowSignOnReply struct {
	Provider string `json:"provider"` // its host, or "" where there is none
}

// BeginSignOnReply is where a browser goes to sign in.
type BeginSignOnReply struct {
	URL string `json:"url"`
}

// SessionID is the ID of a session, which is not its cookie.
var SessionID = parameter(Parameter{Name: "session_id", In: InPath})

// ListSessionsReply is the sessions that hold, the last used first.
type ListSessionsReply struct {
	Sessions []Session `json:"sessions"`
}

// Session is one of them.
type Session struct {
	ID        string    `json:"session_id"`
	Current   bool      `json:"current"` // the one that asks
	CreatedAt time.Time `json:"created_at"`
	UsedAt    time.Time `json:"used_at"`    // to the minute
	ExpiresAt time.Time `json:"expires_at"` // at the latest
	Client    string    `json:"client"`     // hash of the address, another one every day
	Browser   string    `json:"browser"`    // its family, or ""
	Who
}

// Who is logged in, and as what.
type Who struct {
	Role   Role   `json:"role"`
	Person string `json:"person,omitempty"` // ID of who came by single sign-on; with the API key, nothing is known
	Name   string `json:"name,omitempty"`   // as the provider calls them
}

// LoginRequest carries the API key.
type LoginRequest struct {
	APIKey string `json:"api_key"`
}

// SessionReply is a session: the reply to Login and CurrentSession.
type SessionReply struct {
	ExpiresAt time.Time `json:"expires_at"`
	Who
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
