package wire

// Sealed is the part of a request that is ciphertext, or the base64 of it, which
// looks like anything at times, an attack included: nothing on the way may judge
// it by its bytes.
type Sealed uint8

// The parts.
const (
	SealedNothing Sealed = iota
	SealedLabel          // the label of a transfer or a request, the key sealed for one, and nothing beside them
	SealedPayload        // the body, whatever its form, and the query's data
)

// SealedIn returns the part of the requests to a route that is sealed.
func SealedIn(r Route) Sealed {
	switch r.Method + r.Path() {
	case CreateTransfer.Method + CreateTransfer.Path(), CreateRequest.Method + CreateRequest.Path():
		return SealedLabel
	case UploadTransfer.Method + UploadTransfer.Path(), PutLink.Method + PutLink.Path():
		return SealedPayload
	}
	return SealedNothing
}
