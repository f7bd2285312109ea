package server

import (
	"net/http"

	"feedstation/internal/edition"
	"feedstation/internal/network"
)

// Sent is the answer that a request got.
type Sent struct {
	Status   int
	Encoding edition.Encoding // of a document; Identity of all else
	Bytes    int64            // of the body, as far as they were written
}

// Observer is called with each request of the public handler once it has been answered.
// It must not wait: the client may. Nor may it keep the request.
//
// Target is what was asked for. Its Station is nil where there is none, and all of it is
// zero where it was not looked for, as that of a POST. Path is as it was sent:
// [network.Target.Kind] is one of few.
type Observer func(r *http.Request, target network.Target, sent Sent)
