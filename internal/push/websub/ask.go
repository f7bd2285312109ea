package websub

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
)

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 64 << 10

// stay has a client follow no redirect.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// answer is what was answered.
type answer struct {
	status int
	header http.Header
	body   []byte // as far as it is read
}

func (a answer) ok() bool { return a.status/100 == 2 }

// ask sends a request. Its errors do not have the address, which may be a secret.
func ask(ctx context.Context, client *http.Client, method, address string, header http.Header, body []byte) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return answer{}, plain(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := client.Do(r)
	if err != nil {
		return answer{}, plain(err)
	}
	defer response.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(response.Body, maxAnswer)) // the status has come; what breaks off is no challenge
	return answer{response.StatusCode, response.Header, text}, nil
}

func plain(err error) error {
	if outer, ok := errors.AsType[*url.Error](err); ok {
		return outer.Err
	}
	return err
}
