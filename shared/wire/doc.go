// Package wire is the contract between the services and their clients, as code:
// each header, path, message and error code that goes over the wire is declared
// here, once, and whoever speaks or guards the protocol takes it from here.
//
// A file declares what belongs to one topic: its routes (each a [Route]), the
// headers that only they use ([Header]), the parts of their URLs ([Parameter]),
// and the messages, of which the request of a route X is XRequest and its reply
// XReply. To declare is to register: what has to hold for all of a kind ranges
// over [Routes], [Headers] and [Parameters] and what they say of themselves. So
// a secret header is redacted in logs, forwarded by CloudFront and allowed by
// CORS from the moment it is declared.
//
// Every reply that is not 2xx has an [Error] for a body, whose code says why in
// a stable word: see [sgraph.ai/send/shared/send.Reason].
//
// What the pages use of it, contract.js of [sgraph.ai/send/shared/pages] with its
// types in contract.d.ts, is generated:
//
//	go generate ./shared/wire
package wire

//go:generate go test -run ^TestThePagesCopyIsUpToDate$ . -args -update
