package cost

// Work is what something costs before it has a price: how often functions are
// called, and what they ask of the ledger and of S3.
type Work struct {
	User, Admin float64 // invocations of the functions
	Edge        float64 // requests of clients: they pass CloudFront and WAF, where a stack has them
	Reads       float64 // request units of DynamoDB, consistent reads
	Writes      float64 // and writes, those of a transaction double
	Puts        float64 // requests of S3 that are priced as PUT: also POST, COPY and LIST
	Gets        float64 // and as GET: also HEAD
	LogKB       float64 // what functions log, in 1,000 bytes
	Events      float64 // of the audit trail, which are kept later
}

// The work of each thing that people and machines do, as it is measured over the
// services themselves by the test, which says what to write here where it
// measures something else. Tokens are asked for, and nothing goes wrong.
var (
	// SendDirect is a transfer whose bytes go through the function: create,
	// upload, complete.
	SendDirect = Work{User: 3, Admin: 3, Edge: 3, Reads: 7, Writes: 29, Puts: 1, Gets: 1, LogKB: 4.31, Events: 3}

	// SendParts is one whose bytes are put to S3 in parts, but for the parts:
	// create, initiate, presigned complete, complete. Part is what each adds.
	SendParts = Work{User: 4, Admin: 4, Edge: 4, Reads: 9, Writes: 32, Puts: 3, Gets: 2, LogKB: 5.56, Events: 3}
	Part      = Work{Puts: 1}

	// ReceiveDirect is a download through the function: info, download, confirm.
	// ReceiveSigned is one from S3: info, download-url, the GET, and confirm.
	ReceiveDirect = Work{User: 3, Edge: 3, Reads: 8, Writes: 13, Gets: 1, LogKB: 2.39, Events: 2}
	ReceiveSigned = Work{User: 3, Edge: 3, Reads: 6, Writes: 13, Gets: 1, LogKB: 2.32, Events: 2}

	// Delete is what the sender, or the canary, does to end a transfer.
	Delete = Work{User: 1, Edge: 1, Reads: 1, Writes: 7, LogKB: 0.84, Events: 1}

	// Expire is what sweeps do for a transfer: the one that finds it complete, and the
	// one that finds its time over.
	Expire = Work{Reads: 1.2, Writes: 5.2}

	// Keep is what it takes to put an event into the audit trail, of a batch.
	Keep = Work{Reads: 0.2, Writes: 1.34, Puts: 0.01}

	// Page is what a browser asks the function for whenever it loads a page.
	// PagePart is each part that it keeps from then on: with an edge they come
	// from there.
	Page     = Work{User: 1, Edge: 1, LogKB: 0.61}
	PagePart = Work{User: 1, Edge: 1, LogKB: 0.62}

	// Health is a request of an uptime check.
	Health = Work{User: 1, Edge: 1, LogKB: 0.62}

	// Sweep and Trail are rounds of the schedules with nothing to do.
	Sweep = Work{User: 1, Reads: 40, LogKB: 0.7}
	Trail = Work{Admin: 1, Reads: 10, LogKB: 0.33}

	// Webhooks is what such a round does beside where there is a receiver of webhooks.
	Webhooks = Work{Reads: 1}
)

// What a page is made of, besides itself, and how large it is as a whole.
const (
	PageParts = 6
	PageKB    = 360.0
)

// CanaryRound is what the services do for a round of the canary.
func CanaryRound() Work { return SendDirect.Plus(ReceiveDirect).Plus(Delete) }

// Plus is both.
func (w Work) Plus(v Work) Work {
	return Work{
		w.User + v.User, w.Admin + v.Admin, w.Edge + v.Edge, w.Reads + v.Reads, w.Writes + v.Writes,
		w.Puts + v.Puts, w.Gets + v.Gets, w.LogKB + v.LogKB, w.Events + v.Events,
	}
}

// Times is the work n times.
func (w Work) Times(n float64) Work {
	return Work{
		w.User * n, w.Admin * n, w.Edge * n, w.Reads * n, w.Writes * n, w.Puts * n, w.Gets * n, w.LogKB * n, w.Events * n,
	}
}
