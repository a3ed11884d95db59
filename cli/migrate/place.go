package migrate

import (
	"io"
	"time"

	"sgraph.ai/send/shared/secret"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/shared/storage"
)

// Place is where a service keeps what it has.
type Place struct {
	Ledger    send.Movable
	Transfers send.Store // the ciphertext
	Trail     send.Store // the audit trail

	close io.Closer
}

// Open opens the place that an environment describes, as a service would. A folder is
// held from then on, so that no service can use it meanwhile.
func Open(getenv func(string) string) (*Place, error) {
	env := settings.New(getenv)
	set := env.Service()
	var transfers, trail string
	if set.Mode == settings.S3 {
		transfers, trail = settings.TransfersBucket.Required(env), settings.CacheBucket.Required(env)
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	ledger, closer, err := storage.Ledger(set)
	if err != nil {
		return nil, err
	}
	p := &Place{close: closer}
	movable, ok := ledger.(send.Movable)
	if !ok {
		return nil, send.Fail(send.Internal, "this ledger cannot be moved")
	}
	p.Ledger = movable
	secrets := &secret.Sources{Parameters: storage.Parameters(), Now: time.Now}
	if p.Transfers, _, err = storage.Transfers(set, transfers, secrets); err == nil {
		p.Trail, err = storage.Trail(set, trail, secrets)
	}
	if err != nil {
		closer.Close()
		return nil, err
	}
	return p, nil
}

// Close lets go of the place.
func (p *Place) Close() error { return p.close.Close() }
