package sqltest

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // as the protocol has it
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// The plugins by which MySQL 8 lets users in, and MariaDB does not.
const (
	CachingSHA2 = "caching_sha2_password"
	SHA256      = "sha256_password"
)

// Door stands before a MariaDB and lets a user in as MySQL 8 does, for which there is no
// package of Debian: https://dev.mysql.com/doc/dev/mysql-server/latest/page_caching_sha2_authentication_exchanges.html.
// What comes after that is between the client and MariaDB. The password is [Password].
type Door struct {
	Plugin string
	TLS    *tls.Config       // nil: none
	X509   bool              // the user has to have a certificate
	Refuse *mysql.MySQLError // with this everybody is refused

	server *Server
	key    *rsa.PrivateKey
	mu     sync.Mutex
	cached bool     // the server has seen the password
	ways   []string // by which somebody came in
}

// Open has the door listen until the test ends, and returns its host:port.
func (d *Door) Open(t testing.TB, server *Server) (addr string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	if d.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatalf("sqltest: %v", err)
	}
	d.server = server
	var visits sync.WaitGroup
	visits.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			visits.Go(func() { d.visit(conn) })
		}
	})
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Errorf("sqltest: %v", err)
		}
		visits.Wait()
	})
	return listener.Addr().String()
}

// Ways returns how those came in who did, in turn, such as "full, RSA".
func (d *Door) Ways() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.ways)
}

// The flags of clients and servers.
const (
	withDatabase   = 1 << 3
	compressed     = 1 << 5
	encrypted      = 1 << 11
	withAttributes = 1 << 20
	longResponse   = 1 << 21
)

var errRefused = &mysql.MySQLError{Number: 1045, SQLState: [5]byte([]byte("28000")), Message: "Access denied for user"}

// visit ends with the connection: its client is told what is wrong, or finds out.
func (d *Door) visit(conn net.Conn) {
	defer conn.Close()
	behind, err := net.Dial("tcp", d.server.Addr()) //nolint:noctx // on the loopback
	if err != nil {
		return
	}
	defer behind.Close()
	server, client := &wire{Reader: bufio.NewReader(behind), Conn: behind}, &wire{Reader: bufio.NewReader(conn), Conn: conn}
	if err := d.pass(client, server); err != nil {
		refused, ok := errors.AsType[*mysql.MySQLError](err)
		if ok {
			_ = client.send(slices.Concat([]byte{0xff, byte(refused.Number), byte(refused.Number >> 8), '#'}, refused.SQLState[:], []byte(refused.Message)))
		}
		return
	}
	go func() {
		_, _ = io.Copy(behind, client)
		_ = behind.Close()
	}()
	_, _ = io.Copy(client.Conn, server)
}

// pass lets a client in, and has it logged in at the server.
func (d *Door) pass(client, server *wire) error {
	greeting, err := server.receive()
	if err != nil {
		return err
	}
	scramble, own, err := d.greet(greeting)
	if err != nil {
		return err
	}
	if err := client.send(own); err != nil {
		return err
	}
	asked, err := client.receive()
	if err != nil {
		return err
	}
	if len(asked) == 32 { // the request for TLS, no more
		conn := tls.Server(&wire{Reader: client.Reader, Conn: client.Conn}, d.TLS)
		client.Conn, client.Reader = conn, bufio.NewReader(conn)
		if asked, err = client.receive(); err != nil {
			return err
		}
	}
	login, err := parseLogin(asked)
	if err != nil {
		return err
	}
	response := login.response
	if d.Plugin != CachingSHA2 { // the server's own, for which the greeting is
		if err := client.send(slices.Concat([]byte{0xfe}, []byte(d.Plugin), []byte{0}, scramble, []byte{0})); err != nil {
			return err
		}
		if response, err = client.receive(); err != nil {
			return err
		}
	}
	if err := d.admit(client, response, scramble); err != nil {
		return err
	}
	if err := server.send(login.asRoot()); err != nil {
		return err
	}
	answer, err := server.receive()
	if err != nil {
		return err
	}
	return client.send(answer)
}

// greet returns the scramble of a server's greeting, and the greeting as this door's.
func (d *Door) greet(greeting []byte) (scramble, own []byte, err error) {
	version := bytes.IndexByte(greeting, 0)
	if version < 0 || len(greeting) < version+45 {
		return nil, nil, errors.New("no greeting")
	}
	own = slices.Clone(greeting[:version+45]) // up to the name of the plugin
	fields := own[version+1:]
	scramble = slices.Concat(fields[4:12], fields[31:43])
	low := binary.LittleEndian.Uint16(fields[13:]) &^ (compressed | encrypted)
	if d.TLS != nil {
		low |= encrypted
	}
	binary.LittleEndian.PutUint16(fields[13:], low)
	return scramble, append(append(own, CachingSHA2...), 0), nil
}

// admit asks for the password, and fails where it is another one.
func (d *Door) admit(client *wire, response, scramble []byte) error {
	conn, isTLS := client.Conn.(*tls.Conn)
	if d.Refuse != nil {
		return d.Refuse
	}
	if d.X509 && (!isTLS || len(conn.ConnectionState().PeerCertificates) == 0) {
		return errRefused
	}
	way, password, err := d.ask(client, response, scramble, isTLS)
	if err != nil {
		return err
	}
	if password != Password {
		return errRefused
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cached, d.ways = true, append(d.ways, way)
	return nil
}

func (d *Door) ask(client *wire, response, scramble []byte, isTLS bool) (way, password string, err error) {
	d.mu.Lock()
	cached := d.cached
	d.mu.Unlock()
	switch {
	case d.Plugin == CachingSHA2 && cached:
		if subtle.ConstantTimeCompare(response, proof(scramble)) == 0 {
			return "", "", errRefused
		}
		return "fast", Password, client.send([]byte{1, 3})
	case d.Plugin == CachingSHA2:
		if err := client.send([]byte{1, 4}); err != nil {
			return "", "", err
		}
		if response, err = client.receive(); err != nil {
			return "", "", err
		}
	}
	if isTLS {
		return "full, TLS", strings.TrimSuffix(string(response), "\x00"), nil
	}
	if len(response) != 1 { // neither 1 nor 2, which ask for the key
		return "", "", errRefused
	}
	public, err := x509.MarshalPKIXPublicKey(&d.key.PublicKey)
	if err != nil {
		return "", "", err
	}
	if err := client.send(append([]byte{1}, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public})...)); err != nil {
		return "", "", err
	}
	if response, err = client.receive(); err != nil {
		return "", "", err
	}
	plain, err := rsa.DecryptOAEP(sha1.New(), nil, d.key, response, nil) //nolint:gosec // as the protocol has it
	if err != nil {
		return "", "", errRefused
	}
	for i := range plain {
		plain[i] ^= scramble[i%len(scramble)]
	}
	return "full, RSA", strings.TrimSuffix(string(plain), "\x00"), nil
}

// proof is what shows a server that has seen the password that a client knows it.
func proof(scramble []byte) []byte {
	once := sha256.Sum256([]byte(Password))
	twice := sha256.Sum256(once[:])
	mask := sha256.Sum256(slices.Concat(twice[:], scramble))
	subtle.XORBytes(once[:], once[:], mask[:])
	return once[:]
}

// login is what a client answers to a greeting.
type login struct {
	flags    uint32
	fixed    []byte // from the flags to the user
	response []byte
	database string
}

func parseLogin(packet []byte) (login, error) {
	short := errors.New("a login that ends early")
	if len(packet) < 32 {
		return login{}, short
	}
	l := login{flags: binary.LittleEndian.Uint32(packet), fixed: packet[4:32]}
	_, rest, ok := bytes.Cut(packet[32:], []byte{0})
	if !ok || len(rest) == 0 || len(rest) < int(rest[0])+1 { // no response has 251 bytes
		return login{}, short
	}
	l.response, rest = rest[1:1+rest[0]], rest[1+rest[0]:]
	if l.flags&withDatabase != 0 {
		database, _, ok := bytes.Cut(rest, []byte{0})
		if !ok {
			return login{}, short
		}
		l.database = string(database)
	}
	return l, nil
}

// asRoot is the same for root, which has no password.
func (l login) asRoot() []byte {
	packet := binary.LittleEndian.AppendUint32(nil, l.flags&^(encrypted|compressed|withAttributes|longResponse))
	packet = append(append(packet, l.fixed...), "root\x00\x00"...)
	if l.flags&withDatabase != 0 {
		packet = append(append(packet, l.database...), 0)
	}
	return append(packet, "mysql_native_password\x00"...)
}

// wire sends and receives packets, which are counted in both directions together.
type wire struct {
	*bufio.Reader
	net.Conn
	count byte
}

func (w *wire) Read(p []byte) (int, error) { return w.Reader.Read(p) }

func (w *wire) receive() ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(w, head); err != nil {
		return nil, err
	}
	w.count = head[3] + 1
	payload := make([]byte, int(head[0])|int(head[1])<<8|int(head[2])<<16)
	_, err := io.ReadFull(w, payload)
	return payload, err
}

func (w *wire) send(payload []byte) error {
	n := len(payload)
	_, err := w.Write(append([]byte{byte(n), byte(n >> 8), byte(n >> 16), w.count}, payload...))
	w.count++
	return err
}
