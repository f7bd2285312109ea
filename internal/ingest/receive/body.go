package receive

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// readTimeout is how long the next bytes of a body are waited for.
const readTimeout = 10 * time.Second

var errTooLarge = fmt.Errorf("the body is larger than %d MiB: send it in parts", maxBody>>20)

// lineTypes are the media types of JSON Lines, and those that say nothing.
var lineTypes = map[string]bool{
	"": true, "application/jsonl": true, "application/jsonlines": true, "application/json-lines": true, "application/x-jsonlines": true,
	"application/ndjson": true, "application/x-ndjson": true, "application/json": true, "application/json-seq": false,
	"text/plain": true, "application/octet-stream": true,
}

// open returns the body of a request, or why it is refused.
func open(w http.ResponseWriter, r *http.Request) (body io.Reader, status int, err error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil && r.Header.Get("Content-Type") != "" || !lineTypes[media] {
		return nil, http.StatusUnsupportedMediaType, errors.New(
			`want JSON Lines, as in: curl --data-binary @articles.jsonl -H "Content-Type: application/jsonl"`)
	}
	if r.ContentLength > maxBody {
		return nil, http.StatusRequestEntityTooLarge, errTooLarge
	}
	body = &patient{http.MaxBytesReader(w, r.Body, maxBody), http.NewResponseController(w)}
	switch encoding := strings.ToLower(r.Header.Get("Content-Encoding")); encoding {
	case "", "identity":
	case "gzip", "x-gzip": // RFC 9110 §8.4.1.3
		if body, err = gzip.NewReader(body); err != nil {
			return nil, statusOf(err), fmt.Errorf("gzip: %w", err)
		}
	default:
		w.Header().Set("Accept-Encoding", "gzip") // RFC 9110 §15.5.16
		return nil, http.StatusUnsupportedMediaType, fmt.Errorf("Content-Encoding: want gzip or none, got %.40q", encoding)
	}
	return &bounded{body, maxBody}, 0, nil
}

// statusOf returns the status for a body that can't be read.
func statusOf(err error) int {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok || errors.Is(err, errTooLarge) {
		return http.StatusRequestEntityTooLarge
	}
	return http.StatusBadRequest
}

// patient gives a body that keeps coming the time that it needs, and its answer, too.
type patient struct {
	io.Reader
	connection *http.ResponseController
}

func (p *patient) Read(b []byte) (int, error) {
	now := time.Now() // without a connection, as in tests, there are no deadlines
	_ = p.connection.SetReadDeadline(now.Add(readTimeout))
	_ = p.connection.SetWriteDeadline(now.Add(readTimeout + 2*maxWait))
	n, err := p.Reader.Read(b)
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		err = errTooLarge
	}
	return n, err
}

// bounded bounds what comes out of a compressed body.
type bounded struct {
	io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
