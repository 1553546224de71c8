// The browser's side of the stand-in: wp_has_consent(), wp_set_consent() and the event that tells of a change, as the
// plugin WP Consent API has them. A banner sets window.wp_consent_type where the shopper's country decides it.

window.wp_fallback_consent_type = window.consent_api.consent_type;
window.waitfor_consent_hook = window.consent_api.waitfor_consent_hook;

function consentCookie(category) {
  const name = `${window.consent_api.cookie_prefix}_${category}=`;
  const found = document.cookie.split('; ').find((pair) => pair.startsWith(name));
  return found === undefined ? '' : found.slice(name.length);
}

function wp_has_consent(category) {
  const type = window.wp_consent_type === undefined ? window.wp_fallback_consent_type : window.wp_consent_type;
  const told = consentCookie(category);
  if (!type || (type.includes('optout') && told === '')) {
    return true;
  }
  return told === 'allow';
}

function wp_set_consent(category, value) {
  if (value !== 'allow' && value !== 'deny') {
    return;
  }
  const before = consentCookie(category);
  const seconds = window.consent_api.cookie_expiration * 86400;
  const secure = window.location.protocol === 'https:' ? ';secure' : '';
  document.cookie = `${window.consent_api.cookie_prefix}_${category}=${value};max-age=${seconds};path=/${secure}`;
  if (before !== value) {
    const detail = [];
    detail[category] = value;
    document.dispatchEvent(new CustomEvent('wp_listen_for_consent_change', { detail }));
  }
}
