package openapi

import "sgraph.ai/send/shared/wire"

// What opens routes. The words are those of the contract's page.
var (
	accessToken = Credential{
		ID: "access_token", In: "header", Name: wire.AccessToken.Name,
		Says: "The access token of a sender. Who sends to a request for files shows request.{request_id}.{grant} in its " +
			"place. A service that is open to everybody asks for none: token_required in /api/send/config says so.",
	}
	accessTokenInQuery = Credential{
		ID: "access_token_in_query", In: "query", Name: wire.AccessTokenQuery.Name,
		Says: "The access token, for clients that cannot set a header. It goes before the header.",
	}
	deleteSecret = Credential{
		ID: "delete_secret", In: "header", Name: wire.DeleteAuth.Name,
		Says: "The secret of a transfer's sender, whose SHA-256 is the delete_auth_hash that the transfer was created with.",
	}
	requestSecret = Credential{
		ID: "request_secret", In: "header", Name: wire.RequestAuth.Name,
		Says: "The secret of who made a request for files, whose SHA-256 is the auth_hash that it was made with.",
	}
	permit = Credential{
		ID: "download_permit", In: "header", Name: wire.DownloadPermit.Name,
		Says: "The permit of a download that was counted, as the answer to it had it.",
	}
	claim = Credential{
		ID: "download_claim", In: "header", Name: wire.DownloadClaim.Name,
		Says: "What the client called the download when it asked for it: 32 hex digits in lower case, of chance.",
	}
	apiKey = Credential{
		ID: "api_key", In: "header", Name: wire.DefaultAPIKey,
		Says: "The admin service's API key. Who deploys the service chooses the name of the header.",
	}
	session = Credential{
		ID: "session", In: "cookie", Name: "__Host-sgraph-send-admin",
		Says: "The session of an operator who logged in; without TLS the cookie is called sgraph-send-admin. " +
			"Requests that change something have to come from the console's own origin.",
	}
	viewerSession = Credential{
		ID: "viewer_session", In: "cookie", Name: "__Host-sgraph-send-admin",
		Says: "The session of a viewer, who came by single sign-on: it shows what is no secret, and changes nothing. " +
			"The cookie is called as an operator's is.",
	}
	serviceKey = Credential{
		ID: "service_key", In: "header", Name: wire.ServiceKey.Name,
		Says: "The credential of the user service.",
	}
)

// Who may call.
var (
	anyone           Caller
	sender           = Caller{accessToken, accessTokenInQuery}
	maker            = Caller{requestSecret}
	itsSender        = Caller{deleteSecret}
	downloader       = Caller{permit, claim}
	operator         = Caller{apiKey, session}
	viewer           = Caller{apiKey, session, viewerSession}
	operatorOrUser   = Caller{apiKey, session, serviceKey}
	programsAndUser  = Caller{apiKey, serviceKey}
	personLoggedIn   = Caller{session, viewerSession}
	refusedWith401   = []Credential{accessToken, apiKey, session, viewerSession}
	everywhere       = []int{403, 429, 500, 503}
	ofRequestsBodies = []int{400, 408, 413}
)
