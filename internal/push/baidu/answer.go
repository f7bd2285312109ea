package baidu

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
)

// Messages of answers that are errors.
const (
	overQuota    = "over quota"
	siteError    = "site error"
	emptyContent = "empty content"
	tooMany      = "only 2000 urls are allowed once"
)

// receipt is the body of an answer of 200.
type receipt struct {
	NotSameSite []string `json:"not_same_site"`
	NotValid    []string `json:"not_valid"`
	success     int      // addresses that were taken
	remain      *int     // that the day's quota has left; nil: it does not say
}

// parse reads a receipt.
func parse(body []byte, daily bool) (receipt, error) {
	var text struct {
		receipt
		Success      *int `json:"success"`
		SuccessDaily *int `json:"success_daily"`
		Remain       *int `json:"remain"`
		RemainDaily  *int `json:"remain_daily"`
	}
	if err := json.Unmarshal(body, &text); err != nil {
		return receipt{}, fmt.Errorf("the answer can't be read: %w", err)
	}
	r, success := text.receipt, text.Success
	r.remain = text.Remain
	if daily {
		r.remain, success = text.RemainDaily, cmp.Or(text.SuccessDaily, text.Success)
	}
	if success == nil {
		return receipt{}, errors.New("the answer does not say what was taken")
	}
	r.success = *success
	if r.remain != nil {
		r.remain = new(max(0, *r.remain))
	}
	return r, nil
}

// message returns what an error says; empty: nothing.
func message(body []byte) string {
	var fault struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(body, &fault) != nil {
		return ""
	}
	return fault.Message
}
