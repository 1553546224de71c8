// The two things a classic theme's pages do by script: add from a list, and place
// an order. Both trigger the jQuery events that WooCommerce triggers there.

jQuery(($) => {
  const urlOf = (endpoint) => window.wc_add_to_cart_params.wc_ajax_url.replace('%%endpoint%%', endpoint);
  const $body = $(document.body);

  $body.on('click', '.ajax_add_to_cart', (event) => {
    event.preventDefault();
    const $button = $(event.currentTarget);
    const data = { ...$button.data() };
    $body.trigger('adding_to_cart', [$button, data]);
    $.post(urlOf('add_to_cart'), data, (answer) => {
      if (answer.error) {
        window.location = answer.product_url;
        return;
      }
      $body.trigger('added_to_cart', [answer.fragments, answer.cart_hash, $button]);
    });
  });

  $('form.checkout').on('submit', (event) => {
    event.preventDefault();
    const $form = $(event.currentTarget).addClass('processing');
    $.post(urlOf('checkout'), $form.serialize(), (answer) => {
      if (answer.result === 'success') {
        $body.trigger('checkout_place_order_success', [answer, $form]);
        window.location = answer.redirect;
        return;
      }
      $form.removeClass('processing').find('.woocommerce-error-place').html(answer.messages);
      $body.trigger('checkout_error', [answer.messages]);
    });
  });
});
