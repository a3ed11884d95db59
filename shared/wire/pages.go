package wire

// locale begins the paths of pages that earlier versions had in each language.
const locale = "/{locale:[a-z]{2,3}(?:-[A-Za-z]{2,4})?}/"

// The pages of the user service, and where links to earlier versions of them
// still lead.
var (
	// SendPage is where people send.
	SendPage = route(User, get, "/",
		"/send", "/send/", "/send/v0/v0.1/v0.1.4/", "/send/v0/v0.1/v0.1.4/index.html", locale)

	// ReceivePage is where links lead: the ID and the key are behind the #,
	// which browsers keep to themselves.
	ReceivePage = route(User, get, "/d/",
		"/d", "/d/{transfer_id}", "/v/", locale+"{page:download|browse|gallery|view|v|welcome}/",
		"/send/v0/v0.1/v0.1.4/download.html")

	// HowPage says how it works.
	HowPage = route(User, get, "/how")

	// Console is where operators work.
	Console = route(Admin, get, "/admin/")

	// OldConsole is where the console, and its login, were: people are sent on.
	OldConsole = route(Admin, get, "/", "/admin", "/admin/v0/v0.1/v0.1.0/index.html", "/auth/set-cookie-form")
)
