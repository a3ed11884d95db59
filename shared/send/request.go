package send

// RequestStatus is where a request for files stands.
type RequestStatus string

// The statuses. Only open and closed are stored.
const (
	RequestOpen    RequestStatus = "open"
	RequestFull    RequestStatus = "full"    // as many transfers arrived as it allows
	RequestExpired RequestStatus = "expired" // its time is over
	RequestClosed  RequestStatus = "closed"  // its maker closed it, or has no token any more
)
