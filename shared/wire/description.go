package wire

// What tells of the contract itself, to whoever asks: it is the same in every release,
// and holds nothing that a key would protect.
var (
	// Description is the service's API as OpenAPI 3.1 describes it.
	Description = route(Both, get, "/api/openapi.json")

	// Reference is the page of it.
	Reference = route(Both, get, "/api/docs")

	// OldDescription is where the description was: clients are sent on.
	OldDescription = route(Both, get, "/openapi.json")

	// OldReference is where its page was: people are sent on.
	OldReference = route(Both, get, "/docs", "/api/redoc")
)
